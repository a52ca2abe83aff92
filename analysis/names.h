/* Texts that come again and again, each kept once and known by a number. Pure. */
#ifndef ANALYSIS_NAMES_H
#define ANALYSIS_NAMES_H

#include <stdint.h>

struct names;

struct names *names_new(void);
/* NULL is fine. */
void names_free(struct names *names);
/* The number of the text, which is copied when it is new: 0, 1, ... in the order of first sight. */
uint32_t names_add(struct names *names, const char *text);
/* The same, but -1 when it is not there. */
int64_t names_find(const struct names *names, const char *text);
/* Lives as long as names. */
const char *names_text(const struct names *names, uint32_t number);
uint32_t names_count(const struct names *names);

#endif
