/* What was seen already: a set of things by their hash, 16 bytes each. */
#ifndef ANALYSIS_IDSET_H
#define ANALYSIS_IDSET_H

#include <stdbool.h>
#include <stddef.h>

struct idset;

struct idset *idset_new(void);
void idset_free(struct idset *set);
/* Adds the thing that these bytes name; false when it was there. */
bool idset_add(struct idset *set, const void *data, size_t len);
bool idset_has(const struct idset *set, const void *data, size_t len);

#endif
