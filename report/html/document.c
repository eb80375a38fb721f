#include "report/html/document.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "parsers/util/error.h"
#include "report/html/assets.h"
#include "report/html/html.h"

static void hash_write(FILE *out, const report_asset *asset)
{
    fputs("'sha256-", out);
    html_base64(out, asset->sha256, sizeof asset->sha256);
    fputc('\'', out);
}

/* Nothing is fetched, nothing runs but the script whose hash is here. */
void html_document_begin(FILE *out, const char *title, const char *heading)
{
    fputs(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "style-src ",
        out);
    hash_write(out, &asset_page_css);
    fputc(' ', out);
    hash_write(out, &asset_chart_css);
    fputs("; script-src ", out);
    hash_write(out, &asset_page_js);
    fputs("; base-uri 'none'; form-action 'none'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n",
          out);
    html_put(out, "<title>%s</title>\n<style>", title);
    fputs(asset_page_css.text, out);
    fputs("</style><style>", out);
    fputs(asset_chart_css.text, out);
    html_put(out, "</style>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n", heading);
}

void html_document_end(FILE *out)
{
    fputs("</main>\n<script>", out);
    fputs(asset_page_js.text, out);
    fputs("</script>\n</body>\n</html>\n", out);
}

int html_folder_make(const char *folder, pkt_err *err)
{
    struct stat st;
    if (mkdir(folder, 0777) == 0 || (stat(folder, &st) == 0 && S_ISDIR(st.st_mode)))
        return 0;
    pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot make the folder: %s", strerror(errno));
    return pkt_err_about(err, folder);
}
