/* Forged certificates for programs. What is unknown is null. */
#include "analysis/interception_write.h"

#include <math.h>
#include <stdio.h>

#include "analysis/interception.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

static void
put_time(struct json *j, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_SIZE];

	json_put_string(j, key, us != 0 ? clock_rfc3339(us, text) : NULL);
}

static void
put_known(struct json *j, const char *key, const char *text)
{
	json_put_string(j, key, text != NULL && text[0] != '\0' ? text : NULL);
}

static void
put_extent(struct json *j, const char *key, const struct extent *extent)
{
	json_put_array(j, key);
	json_put_double(j, NULL, extent->least);
	json_put_double(j, NULL, extent->most);
	json_put_array_end(j);
}

static void
put_cert(struct json *j, const char *key, const struct cert *cert)
{
	if (cert == NULL) {
		json_put_null(j, key);
		return;
	}
	json_put_object(j, key);
	json_put_string(j, "sha256", cert->sha256);
	put_known(j, "key_sha256", cert->facts.leaf_key_sha256);
	put_known(j, "subject", cert->facts.subject);
	put_known(j, "issuer", cert->facts.issuer);
	put_time(j, "not_before", cert->facts.not_before_us);
	put_time(j, "not_after", cert->facts.not_after_us);
	json_put_object_end(j);
}

static void
put_target(struct json *j, const struct forged_target *target)
{
	json_put_object(j, NULL);
	json_put_string(j, "target", target->url);
	json_put_string(j, "host", target->host);
	json_put_int(j, "handshakes", target->n);
	json_put_int(j, "certificates", (int64_t)target->leaves);
	put_time(j, "first_seen", target->first_us);
	put_time(j, "last_seen", target->last_us);
	put_known(j, "record", target->record);
	put_cert(j, "forged", target->cert);
	put_cert(j, "expected", target->expected);
	json_put_object_end(j);
}

static void
put_networks(struct json *j, const struct forged_group *group)
{
	size_t i;

	json_put_array(j, "networks");
	for (i = 0; i < group->nnetworks; i++) {
		json_put_object(j, NULL);
		if (group->networks[i].asn != 0)
			json_put_int(j, "asn", group->networks[i].asn);
		else
			json_put_null(j, "asn");
		put_known(j, "cc", group->networks[i].cc);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
put_known_ca(struct json *j, const struct forged_group *group)
{
	if (group->known == NULL) {
		json_put_null(j, "known");
		return;
	}
	json_put_object(j, "known");
	json_put_string(j, "name", group->known->name);
	json_put_string(j, "by", group->known_by_key ? "key" : "name");
	put_known(j, "seen", group->known->when);
	put_known(j, "source", group->known->source);
	json_put_object_end(j);
}

static void
put_habits(struct json *j, const struct forged_group *group)
{
	json_put_object(j, "habits");
	put_extent(j, "days_valid", &group->days);
	put_extent(j, "hours_since_valid", &group->age_h);
	put_extent(j, "hours_after_expected", &group->shift_h);
	json_put_int(j, "expired", group->expired);
	json_put_int(j, "same_key", (int64_t)group->same_key);
	json_put_int(j, "exponent_3", (int64_t)group->exponent3);
	json_put_int(j, "sct", (int64_t)group->sct);
	json_put_int(j, "aia", (int64_t)group->aia);
	json_put_int(j, "policies", (int64_t)group->policies);
	json_put_object_end(j);
}

static void
put_group(struct json *j, const struct forged_group *group, size_t number)
{
	size_t i;

	json_put_object(j, NULL);
	json_put_string(j, "kind", "group");
	json_put_int(j, "group", (int64_t)number);
	put_known(j, "issuer", group->issuer);
	put_known(j, "top_issuer", group->top_issuer);
	put_known(j, "issuer_key_sha256", group->issuer_key);
	put_known_ca(j, group);
	json_put_bool(j, "local", group->local);
	put_time(j, "first_seen", group->first_us);
	put_time(j, "last_seen", group->last_us);
	json_put_int(j, "handshakes", group->n);
	json_put_int(j, "certificates", (int64_t)group->leaves);
	put_habits(j, group);
	put_networks(j, group);
	json_put_array(j, "targets");
	for (i = 0; i < group->ntargets; i++)
		put_target(j, &group->targets[i]);
	json_put_array_end(j);
	json_put_object_end(j);
}

static void
put_site(struct json *j, const struct honest_site *site)
{
	json_put_object(j, NULL);
	json_put_string(j, "kind", "site");
	json_put_string(j, "target", site->url);
	json_put_string(j, "host", site->host);
	json_put_int(j, "keys", (int64_t)site->keys);
	json_put_int(j, "issuers", (int64_t)site->issuers);
	json_put_object(j, "last_change");
	put_time(j, "not_before", site->before_last_us);
	put_time(j, "not_after", site->after_first_us);
	put_cert(j, "from", site->before);
	put_cert(j, "to", site->after);
	json_put_object_end(j);
	json_put_object_end(j);
}

static void
put_rest(struct json *j, const struct interception_report *report)
{
	json_put_object(j, NULL);
	json_put_string(j, "kind", "period");
	json_put_int(j, "groups", (int64_t)report->ngroups);
	json_put_int(j, "sites_changed", (int64_t)report->nsites);
	json_put_int(j, "untrusted_not_accused", report->doubtful);
	json_put_int(j, "untrusted_not_accused_targets", (int64_t)report->doubtful_targets);
	json_put_object_end(j);
}

void
interception_write_json(const struct interception_report *report)
{
	size_t i, n = report->ngroups + report->nsites;
	struct buf line = BUF_EMPTY;
	struct json j;

	for (i = 0; i <= n; i++) {
		buf_clear(&line);
		json_init(&j, &line);
		if (i < report->ngroups)
			put_group(&j, &report->groups[i], i + 1);
		else if (i < n)
			put_site(&j, &report->sites[i - report->ngroups]);
		else
			put_rest(&j, report);
		puts(buf_str(&line));
	}
	buf_free(&line);
}
