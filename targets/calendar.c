/* Calendars by name or path: built-in, a file, standard input. calendar_parse.c reads the bytes. */
#include "targets/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "targets/datadir.h"
#include "targets/datafile.h"

const struct calendar_builtin calendar_builtins[] = {
    {"kz", "Kazakhstan: protests, arrests, shutdowns and laws since 2011; anniversaries"},
};
const size_t calendar_nbuiltins = sizeof(calendar_builtins) / sizeof(calendar_builtins[0]);

char *
calendar_builtin_path(const char *name)
{
	char *file, *path = NULL;
	size_t i;

	for (i = 0; i < calendar_nbuiltins; i++) {
		if (strcmp(calendar_builtins[i].name, name) != 0)
			continue;
		file = xasprintf("calendars/%s.csv", name);
		path = datadir_path(file);
		free(file);
		break;
	}
	return path;
}

/* What else the user may have meant. */
static const char *
hint(const char *name, bool builtin)
{
	if (builtin)
		return " (a built-in calendar; is netvane installed? $NETVANE_DATADIR names "
		       "another "
		       "place)";
	if (strpbrk(name, "./") == NULL)
		return " (nor is it a built-in calendar: netvane calendars list)";
	return "";
}

int
calendar_load(const char *name, struct calendar_span span, int flags, calendar_report *report,
    void *arg, struct calendar *calendar)
{
	char *builtin = calendar_builtin_path(name), *message;
	const char *path = builtin != NULL ? builtin : name, *wrong;
	struct buf data = BUF_EMPTY;
	int rc = -2;

	*calendar = (struct calendar){0};
	wrong = datafile_read(path, &data);
	if (wrong == NULL) {
		rc = calendar_parse(strcmp(path, "-") == 0 ? "stdin" : path, buf_str(&data),
		    data.len, span, flags, report, arg, calendar);
	} else if (report != NULL) {
		message =
		    xasprintf("cannot read the calendar: %s%s", wrong, hint(name, builtin != NULL));
		report(path, 0, true, message, arg);
		free(message);
	}
	buf_free(&data);
	free(builtin);
	return rc;
}
