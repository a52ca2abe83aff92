/* Reads a closed segment to learn what is in it, in slices. */
#ifndef RESULTS_CARE_SCAN_H
#define RESULTS_CARE_SCAN_H

#include <stddef.h>

#include "results/care_step.h"
#include "results/segment.h"
#include "results/segment_facts.h"

struct care_scan;

struct care_scan *care_scan_new(int dir_fd, const struct segment *segment);
/* NULL is fine. */
void care_scan_free(struct care_scan *scan);
/* Never fails: what cannot be read counts as odd, so that it goes last. */
enum care_step care_scan_step(struct care_scan *scan, size_t budget);
/* After CARE_DONE. Borrowed. */
const struct segment_facts *care_scan_facts(const struct care_scan *scan);

#endif
