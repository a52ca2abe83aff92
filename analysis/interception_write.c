/* Forged certificates for people, and as CSV. */
#include "analysis/interception_write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/csv.h"
#include "analysis/interception.h"
#include "analysis/options.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/paragraph.h"
#include "base/table.h"

/* ---- For people ------------------------------------------------------------------------------ */

struct page {
	const struct options *options;
	int width;
};

/* "2026-11-22 06:30" */
static const char *
minute_text(int64_t us, char text[CLOCK_TEXT_SIZE])
{
	clock_ooni(us, text);
	text[16] = '\0';
	return text;
}

static void
say(const struct page *page, struct buf *text)
{
	fputs("   ", stdout);
	paragraph_write(stdout, buf_str(text), 3, page->width > 0 ? page->width : 100);
	buf_clear(text);
}

/* "91 days", "89 to 91 days"; nothing where nothing is known. */
static void
add_extent(struct buf *text, const struct extent *extent, const char *before, const char *after)
{
	if (isnan(extent->least))
		return;
	if (extent->most - extent->least < 0.05)
		buf_printf(text, "%s%.1f%s", before, extent->least, after);
	else
		buf_printf(text, "%s%.1f to %.1f%s", before, extent->least, extent->most, after);
}

static void
add_known(struct buf *text, const struct forged_group *group)
{
	if (group->known == NULL)
		buf_puts(text, "Not known for interception.");
	else
		buf_printf(text, "Known by its %s as %s%s%s%s.", group->known_by_key ? "key" : "name",
		    group->known->name, group->known->when[0] != '\0' ? " (" : "", group->known->when,
		    group->known->when[0] != '\0' ? ")" : "");
	if (group->local)
		buf_puts(text, " Everything on the line was intercepted: an antivirus, an employer.");
}

static void
add_networks(struct buf *text, const struct forged_group *group)
{
	size_t i;

	buf_puts(text, "Networks:");
	for (i = 0; i < group->nnetworks; i++) {
		const struct cert_network *network = &group->networks[i];

		if (network->asn != 0)
			buf_printf(text, " AS%u", network->asn);
		else
			buf_puts(text, " ?");
		if (network->cc[0] != '\0')
			buf_printf(text, " (%s)", network->cc);
		buf_putc(text, i + 1 < group->nnetworks ? ',' : '.');
	}
}

static void
add_habits(struct buf *text, const struct forged_group *group)
{
	buf_printf(text, "%lld handshake%s, %zu certificate%s", (long long)group->n, group->n == 1 ? "" : "s",
	    group->leaves, group->leaves == 1 ? "" : "s");
	add_extent(text, &group->days, ", valid for ", " days");
	add_extent(text, &group->shift_h, ", beginning ", " h after the genuine one");
	if (group->expired > 0)
		buf_printf(text, ", used %lld times after it had expired", (long long)group->expired);
	buf_printf(text, ". Of the certificates, %zu have another one's key, %zu an exponent of 3; %zu have an SCT, "
		   "%zu authority information, %zu policies.",
	    group->same_key, group->exponent3, group->sct, group->aia, group->policies);
}

static void
write_head(const struct page *page, const struct forged_group *group, size_t number)
{
	char first[CLOCK_TEXT_SIZE], last[CLOCK_TEXT_SIZE];
	struct arena *arena = arena_new();
	struct buf text = BUF_EMPTY;

	printf("%zu. %s\n", number, group->issuer != NULL ? table_clean(arena, group->issuer) : "(no issuer)");
	buf_printf(&text, "From %s to %s. ", minute_text(group->first_us, first), minute_text(group->last_us, last));
	add_known(&text, group);
	say(page, &text);
	buf_printf(&text, "Key: %s. Top of the chain: %s.",
	    group->issuer_key[0] != '\0' ? group->issuer_key : "not sent along",
	    group->top_issuer != NULL ? group->top_issuer : "?");
	say(page, &text);
	add_habits(&text, group);
	say(page, &text);
	add_networks(&text, group);
	say(page, &text);
	buf_free(&text);
	arena_free(arena);
}

static const char *
issuer_of(const struct cert *cert)
{
	return cert != NULL && cert->facts.issuer != NULL ? cert->facts.issuer : "?";
}

static void
write_targets(const struct page *page, const struct forged_group *group)
{
	static const struct table_column columns[] = {{"  target", false, 12}, {"first", false, 10},
	    {"last", false, 10}, {"n", true, 0}, {"expected from", false, 12}};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	char text[CLOCK_TEXT_SIZE];
	size_t i;

	for (i = 0; i < group->ntargets; i++) {
		const struct forged_target *target = &group->targets[i];

		table_cellf(table, TABLE_PLAIN, "  %s", target->host != NULL ? target->host : target->url);
		table_cell(table, minute_text(target->first_us, text), TABLE_PLAIN);
		table_cell(table, minute_text(target->last_us, text), TABLE_PLAIN);
		table_cellf(table, TABLE_PLAIN, "%lld", (long long)target->n);
		table_cell(table, issuer_of(target->expected), TABLE_PLAIN);
	}
	table_write(table, stdout, page->width, page->options->colour);
	table_free(table);
	putchar('\n');
}

static void
write_sites(const struct page *page, const struct interception_report *report)
{
	static const struct table_column columns[] = {{"  site", false, 12}, {"keys", true, 0},
	    {"issuers", true, 0}, {"last change", false, 10}, {"from", false, 12}, {"to", false, 12}};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	char text[CLOCK_TEXT_SIZE];
	size_t i;

	printf("Changed honestly: the public roots vouch for what was before, and for what came.\n");
	for (i = 0; i < report->nsites; i++) {
		const struct honest_site *site = &report->sites[i];

		table_cellf(table, TABLE_PLAIN, "  %s", site->host != NULL ? site->host : site->url);
		table_cellf(table, TABLE_PLAIN, "%zu", site->keys);
		table_cellf(table, TABLE_PLAIN, "%zu", site->issuers);
		table_cell(table, minute_text(site->after_first_us, text), TABLE_PLAIN);
		table_cell(table, issuer_of(site->before), TABLE_PLAIN);
		table_cell(table, issuer_of(site->after), TABLE_PLAIN);
	}
	table_write(table, stdout, page->width, page->options->colour);
	table_free(table);
	putchar('\n');
}

static void
write_text(const struct interception_report *report, const struct options *options)
{
	struct page page = {options, table_terminal_width(STDOUT_FILENO)};
	size_t i;

	if (report->ngroups == 0)
		printf("No forged certificates.\n\n");
	for (i = 0; i < report->ngroups; i++) {
		write_head(&page, &report->groups[i], i + 1);
		write_targets(&page, &report->groups[i]);
	}
	if (report->nsites > 0)
		write_sites(&page, report);
	if (report->doubtful > 0)
		printf("%lld handshake%s of %zu target%s showed a certificate that no public root vouches for, and "
		       "that nothing else speaks against.\n",
		    (long long)report->doubtful, report->doubtful == 1 ? "" : "s", report->doubtful_targets,
		    report->doubtful_targets == 1 ? "" : "s");
	printf("Times are UTC.\n");
}

/* ---- CSV ------------------------------------------------------------------------------------- */

static void
add_field(struct buf *out, const char *text)
{
	buf_putc(out, ',');
	csv_field(out, text);
}

static void
add_time(struct buf *out, int64_t us)
{
	char text[CLOCK_TEXT_SIZE];

	add_field(out, us != 0 ? clock_rfc3339(us, text) : NULL);
}

static void
add_cert(struct buf *out, const struct cert *cert)
{
	add_field(out, cert != NULL ? cert->facts.issuer : NULL);
	add_field(out, cert != NULL ? cert->sha256 : NULL);
	add_field(out, cert != NULL ? cert->facts.leaf_key_sha256 : NULL);
	add_time(out, cert != NULL ? cert->facts.not_before_us : 0);
	add_time(out, cert != NULL ? cert->facts.not_after_us : 0);
}

static void
csv_row(struct buf *out, const struct forged_group *group, size_t number, const struct forged_target *target)
{
	buf_printf(out, "%zu", number);
	add_field(out, group->issuer_key);
	add_field(out, group->known != NULL ? group->known->name : NULL);
	add_field(out, group->known == NULL ? NULL : group->known_by_key ? "key" : "name");
	add_field(out, group->local ? "true" : "false");
	add_field(out, target->url);
	add_field(out, target->host);
	add_time(out, target->first_us);
	add_time(out, target->last_us);
	buf_printf(out, ",%lld,%zu", (long long)target->n, target->leaves);
	add_field(out, target->record);
	add_cert(out, target->cert);
	add_cert(out, target->expected);
	buf_puts(out, "\r\n");
}

static void
write_csv(const struct interception_report *report)
{
	struct buf line = BUF_EMPTY;
	size_t i, t;

	printf("group,issuer_key_sha256,known,known_by,local,target,host,first_seen,last_seen,handshakes,certificates,"
	       "record,issuer,sha256,key_sha256,not_before,not_after,expected_issuer,expected_sha256,"
	       "expected_key_sha256,expected_not_before,expected_not_after\r\n");
	for (i = 0; i < report->ngroups; i++)
		for (t = 0; t < report->groups[i].ntargets; t++) {
			buf_clear(&line);
			csv_row(&line, &report->groups[i], i + 1, &report->groups[i].targets[t]);
			fputs(buf_str(&line), stdout);
		}
	buf_free(&line);
}

void
interception_write(const struct interception_report *report, const struct options *options)
{
	switch (options->format) {
	case FORMAT_TABLE:
		write_text(report, options);
		break;
	case FORMAT_CSV:
		write_csv(report);
		break;
	case FORMAT_JSON:
		interception_write_json(report);
		break;
	}
}
