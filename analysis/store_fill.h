/* Files of records into a store, those that are not in it yet. */
#ifndef ANALYSIS_STORE_FILL_H
#define ANALYSIS_STORE_FILL_H

struct options;
struct store;

/* All that the options' paths have, whatever their filter. Returns the exit code that they deserve, as ingest_end does. */
int store_fill(struct store *store, const struct options *options);

#endif
