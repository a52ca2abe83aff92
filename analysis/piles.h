/*
 * Many piles of small things of one size: added one by one in any order, and one pile at a time taken back. What would not fit in
 * memory waits in a temporary file (scratch.h).
 */
#ifndef ANALYSIS_PILES_H
#define ANALYSIS_PILES_H

#include <stddef.h>
#include <stdint.h>

struct piles;

/* Of things of so many bytes, of which so many are in memory at most. */
struct piles *piles_new(size_t size, size_t most);
/* NULL is fine. */
void piles_free(struct piles *piles);
/* Piles are numbered from 0; the thing is copied. */
void piles_add(struct piles *piles, uint32_t pile, const void *thing);
/* How many there are in it, and in *things all of them in the order in which they were added, valid until the next call. */
size_t piles_take(struct piles *piles, uint32_t pile, void **things);

#endif
