/* Finding records by what people write. */
#include "probe/record_wanted.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "results/measurement.h"

static bool
is_id(const char *word)
{
	size_t len = strspn(word, "0123456789abcdefABCDEF");

	return word[len] == '\0' && len >= RECORD_ID_LEAST && len <= RECORD_ID_DIGITS;
}

int
record_wanted_parse(const char *word, struct record_wanted *wanted, char error[TARGET_ERROR_SIZE])
{
	size_t i;

	*wanted = (struct record_wanted){.any = strcmp(word, "-") == 0, .by_id = is_id(word)};
	if (wanted->any)
		return 0;
	for (i = 0; wanted->by_id && word[i] != '\0'; i++)
		wanted->id[i] = (char)tolower((unsigned char)word[i]);
	wanted->exact = strstr(word, "://") != NULL;
	return wanted->by_id ? 0 : target_parse(word, &wanted->site, error);
}

void
record_wanted_clear(struct record_wanted *wanted)
{
	if (!wanted->by_id && !wanted->any)
		target_clear(&wanted->site);
}

static const char *
without_www(const char *host)
{
	return strncmp(host, "www.", 4) == 0 ? host + 4 : host;
}

bool
record_wanted_maybe(const struct record_wanted *wanted, const char *text)
{
	if (wanted->any)
		return true;
	if (wanted->by_id)
		return strstr(text, wanted->id) != NULL;
	return strcasestr(text, without_www(wanted->site.host)) != NULL;
}

static bool
is_site(const struct record_wanted *wanted, const struct target *site)
{
	if (wanted->exact)
		return strcmp(wanted->site.url, site->url) == 0;
	if (strcmp(without_www(wanted->site.host), without_www(site->host)) != 0)
		return false;
	/* 443 and "/" are what target_parse takes where the word says nothing. */
	return (wanted->site.port == 443 || wanted->site.port == site->port) &&
	    (strcmp(wanted->site.path, "/") == 0 || strcmp(wanted->site.path, site->path) == 0);
}

bool
record_wanted_is(const struct record_wanted *wanted, const struct measurement *m)
{
	char error[TARGET_ERROR_SIZE];
	struct target site;
	bool is;

	if (wanted->by_id)
		return m->id != NULL && strncasecmp(m->id, wanted->id, strlen(wanted->id)) == 0;
	if (wanted->any && m->event != NULL)
		return true;
	if (m->input == NULL || m->round != NULL || m->event != NULL)
		return false;
	if (wanted->any)
		return true;
	if (target_parse(m->input, &site, error) != 0)
		return false;
	is = is_site(wanted, &site);
	target_clear(&site);
	return is;
}
