/* The manual page, from the tables of commands and options. */
#include "cli/command.h"

/* One character of a text, so that roff prints it as it is. */
static void roff_character(FILE *out, char c)
{
    switch (c) {
    case '\\':
        fputs("\\e", out);
        break;
    case '-':
        fputs("\\-", out);
        break;
    case '\'':
        fputs("\\(aq", out);
        break;
    case '`':
        fputs("\\(ga", out);
        break;
    default:
        fputc(c, out);
    }
}

static void roff_word(FILE *out, const char *word)
{
    for (; *word; word++)
        roff_character(out, *word);
}

/* A text and the end of its line; a blank line begins a paragraph. */
static void roff(FILE *out, const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && *text == '.')
            fputs("\\&", out);
        if (*text == '\n' && text[1] == '\n') {
            fputs("\n.PP\n", out);
            text++;
            line_start = true;
            continue;
        }
        roff_character(out, *text);
        line_start = *text == '\n';
    }
    fputc('\n', out);
}

/* A term and its text. */
typedef struct item {
    const char *term, *text;
} item;

static void items(FILE *out, const item *list)
{
    for (; list->term; list++) {
        fputs(".TP\n.B ", out);
        roff(out, list->term);
        roff(out, list->text);
    }
}

static void commands_list(FILE *out)
{
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; commands[i]; i++)
        if (!commands[i]->internal)
            items(out, (const item[]){{commands[i]->name, commands[i]->summary}, {NULL, NULL}});
    items(out, (const item[]){
                   {"help", "Print the list of commands; with the name of a command, its options; "
                            "with --man, this page; with --completion bash or --completion zsh, a "
                            "completion script."},
                   {NULL, NULL},
               });
    fputs(".PP\n", out);
    roff(out, "Every command has the option --help. -V and --version, in place of a command, print "
              "the version.");
}

static void command_options(FILE *out, const command *command)
{
    fprintf(out, ".SS pktbench %s [\\fIOPTION\\fR...]%s", command->name,
            *command->operands ? " " : "");
    roff(out, command->operands);
    roff(out, command->details);
    for (const option_spec *o = command->options; o->name; o++) {
        fputs(".TP\n\\fB", out);
        roff_word(out, option_dashes(o));
        roff_word(out, o->name);
        fputs(o->argument ? "\\fR \\fI" : "", out);
        roff_word(out, o->argument ? o->argument : "");
        fputs("\\fR\n", out);
        roff(out, o->help);
    }
}

/* What each one shows, and the command line. */
static const item examples[] = {
    {"Compare the built-in backends on generated traffic, and write an HTML report:",
     "pktbench bench -o out.json --report"},
    {"The same on the packets of a capture that use TCP port 443, with the cost of writing "
     "Parquet:",
     "pktbench bench capture.pcap -f 'tcp port 443' --sink parquet -o out.json"},
    {"Find the backend with the lowest cost that gives the columns of the level headers, at one "
     "million packets per second:",
     "pktbench choose out.json --need headers --rate 1Mpps"},
    {"Run the recommended command on a capture, and compare it with what was promised:",
     "pktbench choose out.json --need tcp.srcport,tcp.stream --confirm capture.pcap"},
    {"Check that two backends give the same values for a capture:",
     "pktbench verify capture.pcap --backends raw,libpcap --reference raw"},
    {"Write one row for each packet:", "pktbench extract capture.pcap -o rows.csv"},
    {"Write the captures of a folder as a dataset for Spark, DuckDB or pandas, two at a time; "
     "after "
     "an interruption, the same with --resume:",
     "pktbench extract captures -R --partition label,date --label from-folder --format parquet "
     "--jobs 2 -o dataset/"},
    {"Capture for a minute from an interface into Parquet files of 100 MB:",
     "pktbench extract -i eth0 --duration 60s --rotate-size 100MB --format parquet -o "
     "rows.parquet"},
    {"Write one row of features for each flow and second:",
     "pktbench extract capture.pcap --features ciciot-fixed --by flow --window 1s -o features.csv"},
    {"Write one flow record for each flow, as flow exporters do, with their usual timeouts:",
     "pktbench extract capture.pcap --features records --idle 15 --active 1800 -o flows.parquet"},
    {"Merge two captures by time, the attack 10 minutes after the start, and check the result:",
     "pktbench mix benign.pcap --label mirai=bot.pcap --shift bot.pcap=+10m -o mixture.pcapng\n"
     "pktbench verify --mix mixture.pcapng.truth.csv mixture.pcapng"},
    {"Fail if this build is more than 5 % slower than another one:",
     "pktbench bench --baseline ../old/build/release/pktbench --fail-on slower:5%"},
};

static const item files[] = {
    {"$XDG_CACHE_HOME/pktbench, or ~/.cache/pktbench",
     "Generated captures, and the Python environment of the external programs (externals/). A "
     "program that runs in its build folder keeps generated captures there instead, in slices/."},
    {"results/local/", "Results of bench without -o, where the program runs in its build folder. "
                       "An installed program keeps results only with -o."},
    {"PREFIX/lib/pktbench/modules/, PREFIX/lib/pktbench/external/",
     "Modules (backends that are loaded when they are used), and drivers of external programs."},
    {"PREFIX/share/pktbench/schema.json", "JSON schema of the results."},
    {"PREFIX/share/doc/pktbench/", "The pages (README.md, doc/) and programs (examples/) that help "
                                   "and messages name."},
    {NULL, NULL},
};

static const item statuses[] = {
    {"0", "Done."},
    {"1", "A check failed: verify or --fail-on found a difference or a slowdown, no backend meets "
          "the requirements of choose, choose --confirm found that the command does not, or verify "
          "--mix a packet that is wrong."},
    {"2", "An error: bad usage, an input that cannot be read, an output that cannot be written."},
    {NULL, NULL},
};

static const item environment[] = {
    {"NO_COLOR", "If set and not empty, no colours are printed."},
    {"PKTBENCH_CACHE", "Folder for generated captures."},
    {"PKTBENCH_EXTERNAL", "Folder of the drivers of external programs."},
    {"PKTBENCH_MODULES", "Folder to load modules from."},
    {"PKTBENCH_PYTHON", "Python interpreter that runs the Python libraries."},
    {"TMPDIR", "Folder for temporary files; default /tmp."},
    {NULL, NULL},
};

static void examples_print(FILE *out)
{
    fputs(".SH EXAMPLES\n", out);
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        fputs(i ? ".PP\n" : "", out);
        roff(out, examples[i].term);
        fputs(".PP\n.RS 4\n.EX\n", out);
        roff(out, examples[i].text);
        fputs(".EE\n.RE\n", out);
    }
}

void manual_page(FILE *out)
{
    fprintf(out, ".TH PKTBENCH 1 \"\" \"pktbench %s\"\n", pkt_version());
    fputs(
        ".SH NAME\npktbench \\- compare packet parsers on the same traffic\n"
        ".SH SYNOPSIS\n.B pktbench\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIOPERAND\\fR...]\n"
        ".SH DESCRIPTION\n"
        "pktbench runs packet parsers (backends) on the same captures. It first checks that they\n"
        "give the same values, cell by cell, and then compares their time and memory. It also\n"
        "writes the columns of a capture, or of live traffic, as CSV, Arrow or Parquet.\n"
        ".PP\nData goes to standard output, messages go to standard error.\n",
        out);
    commands_list(out);
    fputs(".SH OPTIONS\n", out);
    for (size_t i = 0; commands[i]; i++)
        if (!commands[i]->internal)
            command_options(out, commands[i]);
    examples_print(out);
    fputs(".SH FILES\n", out);
    items(out, files);
    fputs(".SH \"EXIT STATUS\"\n", out);
    items(out, statuses);
    fputs(".SH ENVIRONMENT\n", out);
    items(out, environment);
    fputs(".SH \"SEE ALSO\"\n.BR hyperfine (1),\n.BR tcpdump (1),\n.BR tshark (1),\n"
          ".BR pcap\\-filter (7)\n",
          out);
}
