/* What the page carries: its style sheets and its script, put into the program by
 * cmake/embed.cmake.
 */
#ifndef PKT_ASSETS_H
#define PKT_ASSETS_H

enum { SHA256_BYTES = 32 };

typedef struct report_asset {
    const char *text;
    unsigned char sha256[SHA256_BYTES]; /* of the text, for the content security policy */
} report_asset;

extern const report_asset asset_page_css, asset_chart_css, asset_page_js;

#endif
