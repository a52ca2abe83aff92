/* Reading files that people hand over, and naming them. */
#include "targets/datafile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* A hundred thousand rows are about 10 MB; what is larger than this is neither list nor calendar.
 */
enum { FILE_MAX = 64 * 1024 * 1024, CHUNK = 64 * 1024 };

static const char *
read_all(FILE *in, struct buf *data)
{
	size_t n;

	do {
		n = fread(buf_room(data, CHUNK), 1, CHUNK, in);
		data->len += n;
		if (data->len > FILE_MAX)
			return "larger than 64 MiB";
	} while (n > 0);
	return ferror(in) ? strerror(errno) : NULL;
}

const char *
datafile_read(const char *path, struct buf *data)
{
	const char *wrong;
	FILE *in;

	if (strcmp(path, "-") == 0)
		return read_all(stdin, data);
	in = fopen(path, "re");
	if (in == NULL)
		return strerror(errno);
	wrong = read_all(in, data);
	fclose(in);
	return wrong;
}

char *
datafile_name(const char *path)
{
	static const char *const endings[] = {".csv", ".txt", ".tsv", ".ics"};
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL && slash[1] != '\0' ? slash + 1 : path;
	size_t len = strlen(base), i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (len > strlen(endings[i]) &&
		    strcmp(base + len - strlen(endings[i]), endings[i]) == 0)
			return xstrndup(base, len - strlen(endings[i]));
	return xstrdup(base);
}
