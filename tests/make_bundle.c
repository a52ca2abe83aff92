/* Writes the bundle of a sample model into a directory: make_bundle honest|hostile|empty DIR. */
#include <stdio.h>
#include <string.h>

#include "analysis/report_bundle.h"
#include "analysis/report_model.h"
#include "tests/report_sample.h"

static int
write_file(const char *directory, const struct bundle_file *file)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, file->name);
	f = fopen(path, "wb");
	if (f == NULL) {
		perror(path);
		return -1;
	}
	fwrite(file->data.data, 1, file->data.len, f);
	return fclose(f);
}

int
main(int argc, char **argv)
{
	struct bundle_file *files;
	struct report *report;
	size_t n, i;
	int failed = 0;

	if (argc != 3)
		return 64;
	if (strcmp(argv[1], "empty") == 0)
		report = report_sample_empty();
	else
		report = report_sample(strcmp(argv[1], "hostile") == 0);
	n = report_bundle(report, &files);
	for (i = 0; i < n; i++)
		failed |= write_file(argv[2], &files[i]);
	report_bundle_free(files, n);
	report_free(report);
	return failed != 0;
}
