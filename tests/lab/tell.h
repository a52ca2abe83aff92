/* What is said of a trial: rows of its findings for machines and for whoever repairs something, and the demo's words. */
#ifndef LAB_TELL_H
#define LAB_TELL_H

#include <stdbool.h>
#include <stdio.h>

struct scenario;

/* A trial's rows, as trial.h has them: copied to tsv (NULL: nowhere); those that are not right, or all, as TAP's comments. */
void tell_rows(FILE *rows, FILE *tsv, bool all);
/* For a person: what the scenario is about; and, after the probe has spoken, what was true. */
void tell_story(const struct scenario *scenario);
void tell_truth(const struct scenario *scenario, FILE *rows);

#endif
