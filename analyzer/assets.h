/*
 * Files of the source tree that are built into the command; assets.S includes them.
 *
 * Each is `NAME` up to `NAME_end`, not ended by a NUL unless said.
 */
#ifndef JAM_ASSETS_H
#define JAM_ASSETS_H

extern const char jam_asset_schema[]; /* sql/schema.sql, ended by a NUL */

#endif
