/* Two columns that a later pktbench may have: included before everything by the copies of the
 * library and the program that the tests of appended columns use. They are of the level `dissect`,
 * which no built-in backend offers. */
#ifndef PKT_TESTS_EXTRA_COLUMNS_H
#define PKT_TESTS_EXTRA_COLUMNS_H

#define PKT_EXTRA_COLUMNS(X)                                                                       \
    X(test_number, uint32_t, DISSECT, 0, NUMBER, "number of a test")                               \
    X(test_text, pkt_text, DISSECT, 0, TEXT, "text of a test")

#endif
