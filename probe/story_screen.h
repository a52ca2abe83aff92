/* An event or a round, told on a screen or as JSON. */
#ifndef PROBE_STORY_SCREEN_H
#define PROBE_STORY_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

struct buf;
struct measurement;
struct story;

/*
 * width: columns of the terminal; 0 when it is none. how: what is to be written behind `netvane explain ID' so that it finds the
 * records of the evidence; "" nothing.
 */
void story_screen(const struct measurement *m, const struct story *story, const char *how, FILE *out, int width, bool colour);
/* Appends one JSON object and a newline. */
void story_json(const struct measurement *m, const struct story *story, struct buf *out);

#endif
