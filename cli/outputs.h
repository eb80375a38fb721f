/* Outputs that would replace a file that the command reads, or one another. */
#ifndef PKT_OUTPUTS_H
#define PKT_OUTPUTS_H

#include "cli/command.h"

/* Is the file that is written to `path` (not "-") the input (or, "-", standard input)? */
bool output_is(const char *path, const char *input);
/* Is the output written to what is open already, as "-" and /dev/stdout are? Its name cannot be
 * that of other files. */
bool output_is_stream(const char *path);
/* Does the name end as that of a compressed file, which no command writes? If so, a message was
 * printed. `option`: that gave the path, with its dashes. */
bool output_is_packed(const char *option, const char *path);
/* Do both outputs ("-": standard output) go to one file, pipe or terminal, also if the file is not
 * there yet? What both write to /dev/null is not lost. */
bool outputs_same(const char *one, const char *other);
/* Is it one of the operands, or of the files with commas between them in one? If so, a message was
 * printed, in which they are WHAT. */
bool output_is_operand(const arguments *arguments, const char *path, const char *what);
/* Is the page that is written to the folder, or its text, one of the operands? If so, a message was
 * printed. */
bool page_is_operand(const arguments *arguments, const char *folder);
/* Is it one of the files, with commas between them, that the option names? If so, a message was
 * printed. */
bool output_is_option(const arguments *arguments, const char *path, const char *option);

#endif
