/* Which records count. */
#include "analysis/filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/measurement.h"

void
filter_init(struct filter *filter)
{
	*filter = (struct filter){.since_us = INT64_MIN, .until_us = INT64_MAX};
}

void
filter_clear(struct filter *filter)
{
	size_t i;

	for (i = 0; i < filter->ntargets; i++)
		target_clear(&filter->targets[i].target);
	free(filter->targets);
	free(filter->asns);
	filter_init(filter);
}

static bool
set_time(const char *option, const char *text, int64_t *us)
{
	if (clock_parse(text, us) == 0)
		return true;
	log_errorx("%s %s: not a time such as 2026-11-22, \"2026-11-22 06:30\" or "
	    "2026-11-22T06:30:00Z", option, text);
	return false;
}

bool
filter_set_since(struct filter *filter, const char *text)
{
	return set_time("--since", text, &filter->since_us);
}

bool
filter_set_until(struct filter *filter, const char *text)
{
	return set_time("--until", text, &filter->until_us);
}

bool
filter_add_target(struct filter *filter, const char *text)
{
	char error[TARGET_ERROR_SIZE];
	struct target target;

	if (target_parse(text, &target, error) == -1) {
		log_errorx("--target %s: %s", text, error);
		return false;
	}
	filter->targets =
	    xreallocarray(filter->targets, filter->ntargets + 1, sizeof(*filter->targets));
	filter->targets[filter->ntargets++] =
	    (struct filter_target){target, strchr(text, '/') != NULL};
	return true;
}

/* "AS9198" or "9198"; -1 when it is neither. */
static int64_t
asn_of(const char *text)
{
	int64_t asn = 0;

	if (strncasecmp(text, "AS", 2) == 0)
		text += 2;
	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (!isdigit((unsigned char)*text))
			return -1;
		asn = asn * 10 + (*text - '0');
		if (asn > UINT32_MAX)
			return -1;
	}
	return asn;
}

bool
filter_add_asn(struct filter *filter, const char *text)
{
	int64_t asn = asn_of(text);

	if (asn == -1) {
		log_errorx("--asn %s: not a network's number such as AS9198", text);
		return false;
	}
	filter->asns = xreallocarray(filter->asns, filter->nasns + 1, sizeof(*filter->asns));
	filter->asns[filter->nasns++] = (uint32_t)asn;
	return true;
}

bool
filter_set_cc(struct filter *filter, const char *text)
{
	if (strlen(text) != 2 || !isalpha((unsigned char)text[0]) ||
	    !isalpha((unsigned char)text[1])) {
		log_errorx("--cc %s: not a country's two letters such as KZ", text);
		return false;
	}
	filter->cc[0] = (char)toupper((unsigned char)text[0]);
	filter->cc[1] = (char)toupper((unsigned char)text[1]);
	return true;
}

bool
filter_is_sound(const struct filter *filter)
{
	if (filter->since_us < filter->until_us)
		return true;
	log_errorx("--since is not before --until");
	return false;
}

bool
filter_has_time(const struct filter *filter, int64_t us)
{
	if (us == 0)
		return filter->since_us == INT64_MIN && filter->until_us == INT64_MAX;
	return us >= filter->since_us && us < filter->until_us;
}

static bool
has_asn(const struct filter *filter, const char *text)
{
	int64_t asn = text != NULL ? asn_of(text) : -1;
	size_t i;

	for (i = 0; i < filter->nasns; i++)
		if (asn == filter->asns[i])
			return true;
	return filter->nasns == 0;
}

bool
filter_has_place(const struct filter *filter, const struct measurement *m)
{
	if (!has_asn(filter, m->probe_asn))
		return false;
	return filter->cc[0] == '\0' ||
	    (m->probe_cc != NULL && strcasecmp(filter->cc, m->probe_cc) == 0);
}

/* The host itself or a name below it. */
static bool
has_host(const struct target *wanted, const struct target *target)
{
	size_t want = strlen(wanted->host), have = strlen(target->host);

	if (strcmp(wanted->host, target->host) == 0)
		return true;
	return !wanted->host_is_ip && !target->host_is_ip && have > want &&
	    target->host[have - want - 1] == '.' &&
	    strcmp(target->host + have - want, wanted->host) == 0;
}

bool
filter_has_target(const struct filter *filter, const struct target *target)
{
	const struct filter_target *wanted;
	size_t i;

	for (i = 0; target != NULL && i < filter->ntargets; i++) {
		wanted = &filter->targets[i];
		if (wanted->is_url ? strcmp(wanted->target.url, target->url) == 0
				   : has_host(&wanted->target, target))
			return true;
	}
	return filter->ntargets == 0;
}
