/* Writes the report of a sample model, for a browser: make_report honest|hostile|empty|year|worst|long [LANG]. */
#include <stdio.h>
#include <string.h>

#include "analysis/catalogue.h"
#include "analysis/report_html.h"
#include "base/buf.h"
#include "tests/report_sample.h"

static struct report *
sample(const char *name)
{
	if (strcmp(name, "honest") == 0 || strcmp(name, "hostile") == 0)
		return report_sample(strcmp(name, "hostile") == 0);
	if (strcmp(name, "year") == 0 || strcmp(name, "worst") == 0)
		return report_sample_large(120, 365, strcmp(name, "worst") == 0);
	if (strcmp(name, "long") == 0)
		return report_sample_large(400, 4000, false);
	return report_sample_empty();
}

int
main(int argc, char **argv)
{
	char error[CATALOGUE_ERROR_SIZE];
	struct catalogue *words = NULL;
	struct buf html = BUF_EMPTY;
	struct report *report;

	if (argc > 2 && (words = catalogue_load(argv[2], error)) == NULL) {
		fprintf(stderr, "make_report: %s\n", error);
		return 1;
	}
	report = sample(argc > 1 ? argv[1] : "honest");
	report_html(report, words, &html);
	fwrite(html.data, 1, html.len, stdout);
	buf_free(&html);
	report_free(report);
	catalogue_free(words);
	return fflush(stdout) == 0 ? 0 : 1;
}
