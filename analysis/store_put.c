/* Records become rows of a store. */
#include "analysis/store.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/sha.h>

#include "analysis/domain.h"
#include "analysis/ingest.h"
#include "analysis/judged.h"
#include "analysis/names.h"
#include "analysis/store_row.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/measurement.h"

/* The machine's failure may cost so many records, which are read again then. */
enum { RECORDS_A_COMMIT = 100000 };

/* By their SHA-256 and, chains, by their certificates' numbers; the number in the database is one higher. */
struct store_certificates {
	struct names *hashes, *chains;
};

void
store_certificates_free(struct store_certificates *certificates)
{
	if (certificates == NULL)
		return;
	names_free(certificates->hashes);
	names_free(certificates->chains);
	free(certificates);
}

static struct store_certificates *
certificates_of(struct store *store)
{
	if (store->certificates != NULL)
		return store->certificates;
	store->certificates = xcalloc(1, sizeof(*store->certificates));
	store->certificates->hashes = names_new();
	store->certificates->chains = names_new();
	store_load_names(store, "SELECT id, sha256 FROM certificate ORDER BY id", store->certificates->hashes);
	store_load_names(store, "SELECT id, certificates FROM chain ORDER BY id", store->certificates->chains);
	return store->certificates;
}

/* --- certificates ------------------------------------------------------------------------------ */

static int64_t
certificate(struct store *store, const struct bytes *der)
{
	struct names *hashes = certificates_of(store)->hashes;
	uint32_t known = names_count(hashes), number;
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct buf hex = BUF_EMPTY;

	SHA256(der->data, der->len, digest);
	buf_hex(&hex, digest, sizeof(digest));
	number = names_add(hashes, buf_str(&hex));
	if (number == known) {
		sqlite3_bind_int64(store->add_certificate, 1, (int64_t)number + 1);
		sqlite3_bind_text(store->add_certificate, 2, buf_str(&hex), -1, SQLITE_STATIC);
		sqlite3_bind_blob64(store->add_certificate, 3, der->data, der->len, SQLITE_STATIC);
		store_run(store, store->add_certificate);
	}
	buf_free(&hex);
	return (int64_t)number + 1;
}

static int64_t
chain(struct store *store, const struct tls_handshake *tls)
{
	struct names *chains = certificates_of(store)->chains;
	uint32_t known = names_count(chains), number;
	struct buf text = BUF_EMPTY;
	size_t i;

	for (i = 0; i < tls->ncertificates; i++)
		buf_printf(&text, "%s%lld", i > 0 ? " " : "", (long long)certificate(store, &tls->certificates[i]));
	number = names_add(chains, buf_str(&text));
	if (number == known) {
		sqlite3_bind_int64(store->add_chain, 1, (int64_t)number + 1);
		sqlite3_bind_text(store->add_chain, 2, buf_str(&text), -1, SQLITE_STATIC);
		store_run(store, store->add_chain);
	}
	buf_free(&text);
	return (int64_t)number + 1;
}

static int64_t
errors_of(struct store *store, const struct tls_handshake *tls)
{
	struct buf text = BUF_EMPTY;
	int64_t word;
	size_t i;

	for (i = 0; i < tls->nverify_errors; i++)
		buf_printf(&text, "%s%d", i > 0 ? " " : "", tls->verify_errors[i].code);
	word = store_word(store, tls->nverify_errors > 0 ? buf_str(&text) : NULL);
	buf_free(&text);
	return word;
}

static void
add_handshake(struct store *store, int64_t measurement, const struct tls_handshake *tls, bool confirm)
{
	const int64_t cells[] = {measurement, store_word(store, tls->server_name), store_word(store, tls->failure),
	    errors_of(store, tls), tls->no_tls_verify, tls->host_ok, chain(store, tls), confirm};
	size_t i;

	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		sqlite3_bind_int64(store->add_handshake, (int)i + 1, cells[i]);
	store_run(store, store->add_handshake);
}

static void
add_handshakes(struct store *store, int64_t measurement, const struct measurement *m, bool confirm)
{
	size_t i;

	for (i = 0; m != NULL && i < m->ntls; i++)
		if (m->tls[i].ncertificates > 0)
			add_handshake(store, measurement, &m->tls[i], confirm);
}

/* --- records ----------------------------------------------------------------------------------- */

static int64_t
target_of(struct store *store, const struct target *target)
{
	uint32_t known = names_count(store->targets), number = names_add(store->targets, target->url);
	const char *domain = target->host != NULL && !target->host_is_ip ? domain_of(target->host) : NULL;

	if (number < known)
		return (int64_t)number + 1;
	sqlite3_bind_int64(store->add_target, 1, (int64_t)number + 1);
	sqlite3_bind_text(store->add_target, 2, target->url, -1, SQLITE_STATIC);
	sqlite3_bind_text(store->add_target, 3, target->host, -1, SQLITE_STATIC);
	sqlite3_bind_text(store->add_target, 4, domain, -1, SQLITE_STATIC);
	store_run(store, store->add_target);
	return (int64_t)number + 1;
}

static struct store_row
row_of(const struct measurement *m)
{
	return (struct store_row){
	    .time_us = m->start_us,
	    .runtime_s = m->runtime,
	    .asn = m->probe_asn,
	    .cc = m->probe_cc,
	    .network_name = m->probe_network_name,
	    .network = network_state_name(m->context.network),
	    .software_name = m->software_name,
	    .software_version = m->software_version,
	    .list = m->list,
	    .category = m->category,
	    .role = m->role,
	    .record = m->id,
	    .uid = m->uid,
	    .report = m->report_id,
	    .measured = m->round != NULL ? m->round->measured : 0,
	    .ours = m->has_x,
	};
}

static void
add_measurement(struct store *store, const struct record *record)
{
	const struct measurement *m = record->m;
	struct store_row row = row_of(m);
	struct buf evidence = BUF_EMPTY;
	struct verdict verdict;
	int64_t id;
	size_t i;

	judged(m, &verdict);
	for (i = 0; i < verdict.nevidence; i++)
		buf_printf(&evidence, "%s%s", i > 0 ? " " : "", verdict.evidence[i]);
	row.target = target_of(store, &record->target);
	row.input = strcmp(m->input, record->target.url) != 0 ? m->input : NULL;
	row.status = verdict_status_name(verdict.status);
	row.stage = verdict_stage_name(verdict.stage);
	row.mechanism = mechanism_name(verdict.mechanism);
	row.confidence = verdict.confidence;
	row.evidence = verdict.nevidence > 0 ? buf_str(&evidence) : NULL;
	row.rules = verdict.rules;
	ooni_keys_compute(m, &row.keys);
	row.stored = m->ooni;
	store_put_row(store, &store_measurements, store->add_measurement, &row);
	buf_free(&evidence);
	id = sqlite3_last_insert_rowid(store->db);
	add_handshakes(store, id, m, false);
	add_handshakes(store, id, m->confirm, true);
}

static void
add_event(struct store *store, const struct measurement *m)
{
	struct buf json = BUF_EMPTY;

	measurement_encode(m, &json);
	sqlite3_bind_int64(store->add_event, 1, m->start_us);
	sqlite3_bind_text64(store->add_event, 2, json.data, json.len, SQLITE_STATIC, SQLITE_UTF8);
	store_run(store, store->add_event);
	buf_free(&json);
}

void
store_add(struct store *store, const struct record *record)
{
	struct store_row row;

	switch (record->kind) {
	case RECORD_TARGET:
		add_measurement(store, record);
		break;
	case RECORD_ROUND:
		row = row_of(record->m);
		store_put_row(store, &store_rounds, store->add_round, &row);
		break;
	case RECORD_EVENT:
		add_event(store, record->m);
		break;
	}
	if (++store->since_commit < RECORDS_A_COMMIT)
		return;
	store->since_commit = 0;
	store_exec(store, "COMMIT; BEGIN EXCLUSIVE");
}
