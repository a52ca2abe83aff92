/* Models of reports for tests. */
#ifndef TESTS_REPORT_SAMPLE_H
#define TESTS_REPORT_SAMPLE_H

#include "analysis/report_model.h"

/* Every part is there. hostile: and every text in it is an attack; else of the same shape. Settled; free with report_free. */
struct report *report_sample(bool hostile);
/* Nothing was measured. */
struct report *report_sample_empty(void);
/*
 * So many sites and days, two in a hundred cells bad, gaps in between, and 200 episodes; or, where `worst`, all blocked.
 */
struct report *report_sample_large(size_t sites, int32_t days, bool worst);

/* What stands in every text of a hostile one. */
extern const char report_sample_attack[];

#endif
