/* The verdict of a record. */
#include "analysis/judged.h"

#include "results/measurement.h"

void
judged(const struct measurement *m, struct verdict *verdict)
{
	if (m->verdict.status != VERDICT_NONE)
		*verdict = m->verdict;
	else if (m->has_x)
		verdict_judge(m, verdict);
	else
		verdict_from_ooni(m, verdict);
}
