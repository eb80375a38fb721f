/* Two additional columns, as a later version may have. The copies of library and program for the
 * tests of appended columns include this file first. The columns have level dissect, which no
 * built-in backend supports. */
#ifndef PKT_TESTS_EXTRA_COLUMNS_H
#define PKT_TESTS_EXTRA_COLUMNS_H

#define PKT_EXTRA_COLUMNS(X)                                                                       \
    X(test_number, uint32_t, DISSECT, 0, NUMBER, "number of a test")                               \
    X(test_text, pkt_text, DISSECT, 0, TEXT, "text of a test")

#endif
