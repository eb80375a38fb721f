/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libwireshark itself: initialised once a process.
 */
#ifndef PKT_WIRESHARK_LIBRARY_H
#define PKT_WIRESHARK_LIBRARY_H

#include <stdbool.h>

#include "pktbench.h"

/* Initialise libwireshark with its default settings; nothing if that was done before. It cannot be
 * undone. Environment variables and the action on SIGPIPE are left as they were, but are changed
 * meanwhile: no other thread may run. 0, or -1 and *err. */
int ws_library_init(pkt_err *err);

/* Set what the level `app` needs, or take it back: TCP segments are dissected one by one, those
 * sent again too, and protocols are found by their ports. 0, or -1 and *err. */
int ws_library_segments(bool each, pkt_err *err);

#endif
