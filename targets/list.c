/* Lists by name or path: built-in, a file, standard input. list_parse.c reads the bytes. */
#include "targets/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "targets/datadir.h"
#include "targets/datafile.h"

const struct list_builtin list_builtins[] = {
    {"kz-social", "Kazakhstan: social networks, messengers and video that people there use", true},
    {"kz-news", "Kazakhstan: news, human rights and public institutions", true},
    {"global-social", "The world's social networks, messengers and video", true},
    {"global-news", "News from all over the world, in many languages", true},
    {"controls", "What a round compares with: is it the line, the country, a portal?", false},
};
const size_t list_nbuiltins = sizeof(list_builtins) / sizeof(list_builtins[0]);

char *
list_builtin_path(const char *name)
{
	char *file, *path = NULL;
	size_t i;

	for (i = 0; i < list_nbuiltins; i++) {
		if (strcmp(list_builtins[i].name, name) != 0)
			continue;
		file = xasprintf("lists/%s.csv", name);
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
		return " (a built-in list; is netvane installed? $NETVANE_DATADIR names another "
		       "place)";
	if (strpbrk(name, "./") == NULL)
		return " (nor is it a built-in list: netvane targets list)";
	return "";
}

int
list_load(const char *name, int flags, list_report *report, void *arg, struct list *list)
{
	char *builtin = list_builtin_path(name), *message;
	const char *path = builtin != NULL ? builtin : name, *wrong;
	struct buf data = BUF_EMPTY;
	int rc;

	*list = (struct list){0};
	wrong = datafile_read(path, &data);
	if (wrong != NULL) {
		message =
		    xasprintf("cannot read the list: %s%s", wrong, hint(name, builtin != NULL));
		if (report != NULL)
			report(path, 0, true, message, arg);
		free(message);
		rc = -2;
	} else {
		rc = list_parse(strcmp(path, "-") == 0 ? "stdin" : path, buf_str(&data), data.len,
		    flags, report, arg, list);
	}
	buf_free(&data);
	free(builtin);
	return rc;
}
