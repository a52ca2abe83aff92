/*
 * The report's model as files for a statistician: tidy CSV tables, what each column means (codebook.md, and datapackage.json, a
 * Frictionless Data Package), how R, pandas and DuckDB read them, and how to cite them. Pure.
 */
#ifndef ANALYSIS_REPORT_BUNDLE_H
#define ANALYSIS_REPORT_BUNDLE_H

#include <stddef.h>

#include "base/buf.h"

struct report;

struct bundle_file {
	const char *name; /* static */
	struct buf data;
};

/* Allocates *files. A table whose part of the model was not computed is not among them. Free with report_bundle_free. */
size_t report_bundle(const struct report *report, struct bundle_file **files);
void report_bundle_free(struct bundle_file *files, size_t n);

#endif
