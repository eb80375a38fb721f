/* Completion scripts for bash and zsh, from the tables of commands and options. */
#include <ctype.h>
#include <string.h>

#include "cli/command.h"
#include "datasets/scenario.h"

/* What a value may be. */
typedef enum value_kind {
    VALUE_OTHER,
    VALUE_WORDS, /* named in the argument itself: a|b|c */
    VALUE_FILE,
    VALUE_BACKEND,
    VALUE_LEVEL,
    VALUE_INTERFACE,
    VALUE_SCENARIO
} value_kind;

/* Capitals in front of the argument's name, and what they stand for. */
static const struct {
    const char *name;
    value_kind kind;
} kinds[] = {{"FILE", VALUE_FILE},        {"DIR", VALUE_FILE},
             {"CAPTURE", VALUE_FILE},     {"RESULTS", VALUE_FILE},
             {"OLD", VALUE_FILE},         {"BACKEND", VALUE_BACKEND},
             {"LEVEL", VALUE_LEVEL},      {"INTERFACE", VALUE_INTERFACE},
             {"SCENARIO", VALUE_SCENARIO}};

/* Of an option's argument, or of a command's operands; an optional operand stands in brackets. */
static value_kind kind_of(const char *argument)
{
    argument += *argument == '[';
    if (islower((unsigned char)*argument))
        return VALUE_WORDS;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strncmp(argument, kinds[i].name, strlen(kinds[i].name)) == 0)
            return kinds[i].kind;
    return VALUE_OTHER;
}

/* May values be given with commas between them? */
static bool is_list(const char *argument)
{
    return strstr(argument, ",...") != NULL;
}

/* The words of "[a|b|c,...]". */
static void argument_words(const char *argument, FILE *out)
{
    for (argument += *argument == '['; *argument && !strchr(",]", *argument); argument++)
        fputc(*argument == '|' ? ' ' : *argument, out);
}

/* What the values are, with blanks between them; nothing if they are not a fixed set. */
static void words_print(value_kind kind, const char *argument, FILE *out)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    const dataset_scenario *scenario;
    switch (kind) {
    case VALUE_WORDS:
        argument_words(argument, out);
        break;
    case VALUE_BACKEND:
        for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++)
            fprintf(out, "%s%s", i ? " " : "", entry.name);
        fputs(is_list(argument) ? " all" : "", out);
        break;
    case VALUE_LEVEL:
        for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++)
            fprintf(out, "%s%s", i ? " " : "", pkt_level_name((pkt_level)i));
        break;
    case VALUE_SCENARIO:
        for (size_t i = 0; (scenario = dataset_scenario_at(i)) != NULL; i++)
            fprintf(out, "%s%s", i ? " " : "", scenario->name);
        break;
    default:
        break;
    }
}

static void commands_print(FILE *out)
{
    for (size_t i = 0; commands[i]; i++)
        if (!commands[i]->internal)
            fprintf(out, "%s ", commands[i]->name);
    fputs("help", out);
}

/* "file", "interface", "none", "one WORD..." or "list WORD...", as _pktbench() in bash reads it. */
static void bash_value(const char *argument, FILE *out)
{
    value_kind kind = kind_of(argument);
    if (kind == VALUE_FILE || kind == VALUE_INTERFACE || kind == VALUE_OTHER) {
        fputs(kind == VALUE_FILE ? "file" : kind == VALUE_INTERFACE ? "interface" : "none", out);
        return;
    }
    fputs(is_list(argument) ? "list " : "one ", out);
    words_print(kind, argument, out);
}

static void bash_options(FILE *out)
{
    fputs("# Options of a command.\n_pktbench_options() {\n    case $1 in\n", out);
    for (size_t i = 0; commands[i]; i++) {
        if (commands[i]->internal)
            continue;
        fprintf(out, "    %s) echo '", commands[i]->name);
        for (const option_spec *o = commands[i]->options; o->name; o++)
            fprintf(out, "%s%s ", option_dashes(o), o->name);
        fputs("--help' ;;\n", out);
    }
    fputs("    help) echo '--man --completion' ;;\n    esac\n}\n\n", out);
}

static void bash_values(FILE *out)
{
    fputs("# Kind and words of the value of `COMMAND OPTION`, or of an operand of `COMMAND`.\n"
          "_pktbench_values() {\n    case $1 in\n",
          out);
    for (size_t i = 0; commands[i]; i++) {
        const command *c = commands[i];
        if (c->internal)
            continue;
        for (const option_spec *o = c->options; o->name; o++) {
            if (!o->argument)
                continue;
            fprintf(out, "    '%s %s%s') echo '", c->name, option_dashes(o), o->name);
            bash_value(o->argument, out);
            fputs("' ;;\n", out);
        }
        fprintf(out, "    '%s') echo '", c->name);
        bash_value(c->operands, out);
        fputs("' ;;\n", out);
    }
    fputs("    'help --completion') echo 'one bash zsh' ;;\n    'help') echo 'one ", out);
    commands_print(out);
    fputs("' ;;\n    esac\n}\n\n", out);
}

/* What completes: COMP_WORDS[1] is the command; the words around `=` stand apart. */
static const char bash_function[] =
    "_pktbench() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command=${COMP_WORDS[1]} values first=\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        values=\"$(_pktbench_values help) --help --version\"\n"
    "    else\n"
    "        if [ \"$cur\" = '=' ]; then\n"
    "            cur=\n"
    "        elif [ \"$prev\" = '=' ]; then\n"
    "            prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "        fi\n"
    "        values=$(_pktbench_values \"$command $prev\")\n"
    "        if [ -z \"$values\" ]; then\n"
    "            case $cur in\n"
    "            -*) values=\"one $(_pktbench_options \"$command\")\" ;;\n"
    "            *) values=$(_pktbench_values \"$command\") ;;\n"
    "            esac\n"
    "        fi\n"
    "    fi\n"
    "    case $values in\n"
    "    file)\n"
    "        compopt -o filenames\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "        return\n"
    "        ;;\n"
    "    interface) values=\"one $(cd /sys/class/net && echo *)\" ;;\n"
    "    none) values= ;;\n"
    "    list*)\n"
    "        compopt -o nospace\n"
    "        first=${cur%\"${cur##*,}\"}\n"
    "        cur=${cur##*,}\n"
    "        ;;\n"
    "    esac\n"
    "    mapfile -t COMPREPLY < <(compgen -P \"$first\" -W \"${values#* }\" -- \"$cur\")\n"
    "}\n"
    "complete -F _pktbench pktbench\n";

void completion_bash(FILE *out)
{
    fputs("# bash completion for pktbench. Made by `pktbench help --completion bash`.\n\n", out);
    bash_options(out);
    bash_values(out);
    fputs(bash_function, out);
}

/* Up to the end of the first sentence, with what _arguments and single quotes take for their own
 * escaped. */
static void zsh_text(const char *text, FILE *out)
{
    const char *end = strstr(text, ". ");
    size_t length = end ? (size_t)(end - text) : strlen(text);
    length -= length > 0 && text[length - 1] == '.';
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\'')
            fputs("'\\''", out);
        else
            fprintf(out, strchr("[]:\\", text[i]) ? "\\%c" : "%c", text[i]);
}

/* The action of _arguments that completes the value. */
static void zsh_value(const char *argument, FILE *out)
{
    value_kind kind = kind_of(argument);
    if (kind == VALUE_FILE)
        fputs("_files", out);
    else if (kind == VALUE_INTERFACE)
        fputs("_net_interfaces", out);
    else if (kind == VALUE_OTHER)
        fputc(' ', out);
    else {
        fputs(is_list(argument) ? "_values -s , value " : "(", out);
        words_print(kind, argument, out);
        fputs(is_list(argument) ? "" : ")", out);
    }
}

static void zsh_command(const command *c, FILE *out)
{
    fprintf(out, "_pktbench_%s() {\n    _arguments -s -S \\\n", c->name);
    for (const option_spec *o = c->options; o->name; o++) {
        bool is_long = strlen(o->name) > 1;
        fprintf(out, "        '%s%s%s%s[", option_repeats(o) ? "*" : "", option_dashes(o), o->name,
                !o->argument ? ""
                : is_long    ? "="
                             : "+");
        zsh_text(o->help, out);
        fputc(']', out);
        if (o->argument) {
            fputs(":value:", out);
            zsh_value(o->argument, out);
        }
        fputs("' \\\n", out);
    }
    fputs("        '--help[Print the options]' \\\n        '*:operand:", out);
    zsh_value(c->operands, out);
    fputs("'\n}\n\n", out);
}

static void zsh_names(FILE *out)
{
    fputs("    local -a names=(\n", out);
    for (size_t i = 0; commands[i]; i++) {
        if (commands[i]->internal)
            continue;
        fprintf(out, "        '%s:", commands[i]->name);
        zsh_text(commands[i]->summary, out);
        fputs("'\n", out);
    }
    fputs("        'help:print help, the manual page or a completion script'\n    )\n", out);
}

void completion_zsh(FILE *out)
{
    fputs("#compdef pktbench\n"
          "# zsh completion for pktbench. Made by `pktbench help --completion zsh`.\n\n",
          out);
    for (size_t i = 0; commands[i]; i++)
        if (!commands[i]->internal)
            zsh_command(commands[i], out);
    fputs("_pktbench_help() {\n    _arguments \\\n"
          "        '--man[Print the manual page]' \\\n"
          "        '--completion[Print a completion script]:shell:(bash zsh)' \\\n"
          "        '*:command:(",
          out);
    commands_print(out);
    fputs(")'\n}\n\n_pktbench() {\n    local curcontext=$curcontext state line\n", out);
    zsh_names(out);
    fputs("    _arguments -C '(- *)'{-h,--help}'[Print the commands]' \\\n"
          "        '(- *)'{-V,--version}'[Print the version]' \\\n"
          "        '1:command:->command' '*::operand:->operand' && return\n"
          "    case $state in\n"
          "    command) _describe command names ;;\n"
          "    operand) (( $+functions[_pktbench_$words[1]] )) && _pktbench_$words[1] ;;\n"
          "    esac\n"
          "}\n\n"
          "_pktbench \"$@\"\n",
          out);
}
