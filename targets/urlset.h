/* The URLs that stood before: how lists, and several lists together, keep each target once. */
#ifndef TARGETS_URLSET_H
#define TARGETS_URLSET_H

#include <stdbool.h>
#include <stddef.h>

struct urlset;

struct urlset *urlset_new(void);
/* NULL is fine. */
void urlset_free(struct urlset *set);
/*
 * Adds a normalised URL (borrowed, must outlive the set) with a number of the caller's. False when
 * it was there before: *earlier is then the number that came with it.
 */
bool urlset_add(struct urlset *set, const char *url, size_t number, size_t *earlier);

#endif
