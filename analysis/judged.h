/* The verdict of a record, whoever wrote it. */
#ifndef ANALYSIS_JUDGED_H
#define ANALYSIS_JUDGED_H

struct measurement;
struct verdict;

/*
 * Ours as it was recorded, or judged now where the record has none; OONI's stored verdict is
 * translated, unless one was made of it (control_judge.h) or it comes out of a store. Pure; evidence lives in the measurement's
 * arena.
 */
void judged(const struct measurement *m, struct verdict *verdict);

#endif
