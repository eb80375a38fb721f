/* One results file's part of the report, and the sections that it is made of. Parts never mix. */
#ifndef PKT_PART_H
#define PKT_PART_H

#include <stdbool.h>
#include <stdio.h>

#include "parsers/util/notice.h"
#include "results/load.h"

typedef struct part {
    const results_file *file;
    const json_t *results;
    size_t index;               /* of the file */
    const char *folder;         /* of the report: pictures are written there */
    FILE *out;                  /* the page */
    const pkt_notices *notices; /* takes what is missing; may be NULL */
    bool headline_drawn, sizes_drawn;
} part;

/* The longest name of a picture file, with the part's number. */
enum { PICTURE_NAME = 96 };

/* "headline", "2-headline": the same name in another part is another file. */
void part_name(const part *p, const char *name, char text[PICTURE_NAME]);

/* What a level can do besides giving columns. */
enum { CAPABILITIES = 5 };
typedef struct capability {
    const char *name, *title; /* in the results, and in words */
} capability;
extern const capability capabilities[CAPABILITIES];

/* Do the results have runs over other files, into rows of features, or into data frames? */
bool has_inputs(const json_t *results);
/* Do they have rates without packet loss? */
bool has_live(const json_t *results);
/* The standard questions, answered by `choose`, as a list in Markdown. */
void choice_markdown(const part *p, FILE *out);
/* The sections, in order; each is silent where the results have nothing for it. */
void section_headline(part *p);
void section_choice(part *p);
void section_overview(part *p);
void section_gives(part *p);
void section_study(part *p);
void section_slices(part *p);
void section_inputs(part *p);
void section_live(part *p);
void section_start_up(part *p);
void section_sizes(part *p);
void section_positions(part *p);
void section_agreement(part *p);
void section_conformance(part *p);
void section_method(part *p);

#endif
