/* Limits of the decoders. */
#ifndef PKT_DECODE_LIMITS_H
#define PKT_DECODE_LIMITS_H

/* Limits of nesting; more gives PKT_UNSUPPORTED. */
#define PKT_MAX_VLAN_TAGS 8
#define PKT_MAX_TAGS 8 /* tags of other kinds, and groups of VLAN tags after them */
#define PKT_MAX_MPLS_LABELS 16
#define PKT_MAX_IP_EXTENSIONS 16

#endif
