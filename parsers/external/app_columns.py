"""The columns of level app that drivers have, and cells of their own kinds."""

from __future__ import annotations

from typing import Union

from csv_rows import App, Text

__all__ = ["APP", "NO_APP", "TEXTS", "App", "Cell", "Text"]

Cell = Union[None, int, bytes, str]

# No driver provides `app_part` and `app_verdict`, for the reason
# that none provides `verdict`.
APP = ("app_proto", "dns_response", "dns_rcode", "dns_qry_name", "dns_qry_type", "dns_a",
       "tls_hs_type", "tls_sni", "tls_version", "tls_alpn", "http_method", "http_status",
       "http_host", "mqtt_type", "mqtt_topic", "dhcp_hostname", "coap_code", "coap_uri_path")
# Columns whose cells are texts.
TEXTS = frozenset(("dns_qry_name", "tls_sni", "tls_alpn", "http_method", "http_host", "mqtt_topic",
                   "dhcp_hostname", "coap_uri_path"))
# Cells of a packet without a known application protocol.
NO_APP = (None,) * len(APP)
