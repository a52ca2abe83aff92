/* What the two files of `netvane calendars` share. */
#ifndef PROBE_CMD_CALENDARS_H
#define PROBE_CMD_CALENDARS_H

#include <stdbool.h>
#include <stdint.h>

struct calendar;
struct calendar_event;
struct json;
struct table;

int calendars_next(int argc, char **argv);

/* The day it is in this machine's time zone. */
int32_t calendars_today(void);
/* Adds the cell that says when something is. */
void calendars_cell_when(struct table *table, int32_t first, int32_t last, bool open);
/* Puts an event's fields into the open object, with these days for its own. */
void calendars_json(struct json *j, const struct calendar *calendar,
    const struct calendar_event *event, int32_t first, int32_t last);

#endif
