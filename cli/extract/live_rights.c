/* Rights of a live capture: they are needed to open the interface, and given up before the first
 * packet is read. */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/extract/extract.h"
#include "cli/mapped/mapped.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "parsers/process/confine.h"

/* For `bench`, which times this command with code of others: as in a worker. NULL: for the user. */
static const char *confined_to(void)
{
    const char *folder = getenv(PKT_CONFINE_VARIABLE);
    return folder && *folder ? folder : NULL;
}

static bool rights_drop_now(const arguments *arguments, bool *confined)
{
    const char *folder = confined_to();
    const pkt_rights rights = {.keep = folder ? PKT_RIGHT_READING : PKT_RIGHT_FILES};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_rights_drop(&rights, &err) != 0) {
        message_error("%s", err.msg);
        return false;
    }
    *confined = folder != NULL;
    if (folder && !option_given(arguments, "plugin"))
        (void)mapped_allow(); /* later, no handler of SIGBUS can be set */
    if (folder)
        (void)pkt_confine_worker(folder);
    return true;
}

static bool user_option(const arguments *arguments, live_request *live)
{
    const char *name = option_value(arguments, "Z");
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!name)
        return true;
    if (getuid() != 0) {
        message_error("-Z %s: only root can run as another user", name);
        return false;
    }
    if (pkt_user_find(&live->user, name, &err) != 0) {
        message_error("-Z %s: %s", name, err.msg);
        return false;
    }
    live->other_user = true;
    return true;
}

bool rights_option(const arguments *arguments, live_request *live, bool *confined)
{
    if (!option_given(arguments, "i"))
        return rights_drop_now(arguments, confined);
    if (option_given(arguments, "plugin") && pkt_rights_are_from_file()) {
        message_error("--plugin cannot be combined with -i in a program that has file capabilities "
                      "or is setuid: the plug-in would get its rights; use a copy of pktbench "
                      "without them, as root");
        return false;
    }
    return user_option(arguments, live);
}

/* The folder where the output is created; NULL: no file is created. */
static const char *output_folder(const extraction *x, char folder[PATH_MAX])
{
    char *whole = NULL;
    if (!x->encoder || output_is_stream(x->path))
        return NULL;
    whole = realpath(x->path, NULL); /* a symbolic link is followed */
    (void)snprintf(folder, PATH_MAX, "%s", whole ? whole : x->path);
    free(whole);
    char *slash = strrchr(folder, '/');
    if (!slash)
        return ".";
    slash[slash == folder] = '\0';
    return folder;
}

int live_rights_drop(const extraction *x, pkt_err *err)
{
    char room[PATH_MAX];
    const char *folder = output_folder(x, room);
    const pkt_rights rights = {.user = x->live.other_user ? &x->live.user : NULL,
                               .keep = folder ? PKT_RIGHT_FILES : 0,
                               .folder = folder};
    if (pkt_rights_drop(&rights, err) != 0)
        return -1;
    (void)pkt_confine_calls();
    return 0;
}
