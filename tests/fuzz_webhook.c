/*
 * Whatever stands in the configuration as a webhook's URL, in its header file, or in the outbox as a name: no URL passes that could
 * lead in the clear to another machine, no header that would be two, and a name reads as one record's or not at all.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "probe/outbox.h"
#include "probe/pinned_url.h"
#include "probe/webhook_setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_url(const char *text)
{
	struct pinned_url p;
	char *place;

	if (webhook_url_wrong(text) != NULL)
		return;
	if (pinned_url_parse(&p, text, true) != PINNED_URL_FINE)
		abort();
	pinned_url_clear(&p);
	place = webhook_url_place(text);
	if (strncmp(place, "https://", 8) != 0 && strncmp(place, "http://127.", 11) != 0 &&
	    strncmp(place, "http://[::1]", 12) != 0 && strncasecmp(place, "http://localhost", 16) != 0)
		abort();
	if (strchr(place, '@') != NULL)
		abort();
	free(place);
}

static void
check_header(const char *data, size_t size)
{
	const char *wrong;
	char *line = webhook_header_parse(data, size, &wrong);

	if ((line == NULL) != (wrong != NULL))
		abort();
	if (line != NULL && (strpbrk(line, "\r\n") != NULL || strchr(line, ':') == NULL || strlen(line) > size))
		abort();
	free(line);
}

static void
check_name(const char *text)
{
	char id[OUTBOX_ID_SIZE];
	uint64_t number;

	if (outbox_name_parse(text, &number, id) && (strchr(text, '/') != NULL || id[0] == '\0'))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_EMPTY;

	buf_add(&text, data, size);
	check_url(buf_str(&text));
	check_name(buf_str(&text));
	check_header((const char *)data, size);
	buf_free(&text);
	return 0;
}
