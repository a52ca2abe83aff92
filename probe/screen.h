/* The parts that explanations on a screen are made of (explain_screen.c, story_screen.c). Control characters never get out. */
#ifndef PROBE_SCREEN_H
#define PROBE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/table.h"
#include "results/verdict.h"

struct arena;
struct measurement;

struct screen {
	struct arena *arena; /* the measurement's */
	FILE *out;
	int width;
	bool colour;
};

/* width: columns of the terminal; 0 when it is none. */
struct screen screen_for(const struct measurement *m, FILE *out, int width, bool colour);
/* Symbol and words in the status' colour, and beside or below that what it is said of; NULL nothing. words: ours, no one else's. */
void screen_heading(const struct screen *screen, enum verdict_status status, const char *words, const char *of);
void screen_title(const struct screen *screen, const char *text);
/* A label, and a paragraph beside it. */
void screen_labelled(const struct screen *screen, const char *label, const char *text, enum table_colour colour);
/* The texts as a list under that title; nothing where there are none. */
void screen_items(const struct screen *screen, const char *head, const char **texts, size_t n);
/* ", on AS9198 (Kazakhtelecom) in KZ"; "" unknown. In the arena. */
const char *screen_network(const struct measurement *m);

#endif
