/* The texts of `pktbench help` and --help, from the tables of commands and options. */
#include <string.h>

#include "cli/command.h"

enum { HELP_WIDTH = 92, HELP_INDENT = 26 };

/* Words of `text` in lines of at most `width` characters, each after `indent` blanks; a blank line
 * stays one. The first line is begun at `column`. */
static void wrap(FILE *out, const char *text, int indent, int column, int width)
{
    while (*text) {
        if (*text == '\n') {
            fputc('\n', out);
            column = 0;
            text++;
            continue;
        }
        size_t word = strcspn(text, " \n");
        if (column > indent && column + 1 + (int)word > width) {
            fputc('\n', out);
            column = 0;
        }
        if (column > indent) {
            fputc(' ', out);
            column++;
        }
        for (; column < indent; column++)
            fputc(' ', out);
        fprintf(out, "%.*s", (int)word, text);
        column += (int)word;
        text += word;
        while (*text == ' ')
            text++;
    }
    fputc('\n', out);
}

static void option_help(FILE *out, const option_spec *option)
{
    int column = fprintf(out, "  %s%s%s%s", option_dashes(option), option->name,
                         option->argument ? " " : "", option->argument ? option->argument : "");
    if (column > HELP_INDENT - 2) {
        fputc('\n', out);
        column = 0;
    }
    for (; column < HELP_INDENT; column++)
        fputc(' ', out);
    wrap(out, option->help, HELP_INDENT, HELP_INDENT, HELP_WIDTH);
}

const char *option_dashes(const option_spec *option)
{
    return strlen(option->name) > 1 ? "--" : "-";
}

void command_help(const command *command, FILE *out)
{
    fprintf(out, "Usage: pktbench %s [OPTION...]%s%s\n\n", command->name,
            *command->operands ? " " : "", command->operands);
    wrap(out, command->details, 0, 0, HELP_WIDTH);
    fputs("\nOptions:\n", out);
    for (const option_spec *o = command->options; o->name; o++)
        option_help(out, o);
    option_help(out, &(option_spec){"help", NULL, "Print this text."});
}

void program_help(FILE *out)
{
    fputs(
        "Usage: pktbench COMMAND [OPTION...] [OPERAND...]\n\n"
        "Measures packet parsers on the same traffic: checks that they give the same values, then\n"
        "compares their time and memory.\n\nCommands:\n",
        out);
    for (size_t i = 0; commands[i]; i++)
        if (!commands[i]->internal)
            fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n"
          "  pktbench COMMAND --help              options of a command\n"
          "  pktbench help --man                  manual page\n"
          "  pktbench help --completion SHELL     completion script for bash or zsh\n"
          "  pktbench --version                   version and revision\n\n"
          "Exit status: 0 done, 1 a check failed, 2 an error.\n",
          out);
}
