/*
 * Files of the source tree that are built into the command; assets.S includes them.
 *
 * Each goes from NAME up to NAME_end. Those without an end are strings, ended by a NUL.
 */
#ifndef JAM_ASSETS_H
#define JAM_ASSETS_H

extern const char jam_asset_schema[]; /* sql/schema.sql */
extern const char jam_asset_page[];   /* html/page.html */
extern const char jam_asset_style[], jam_asset_style_end[];
extern const char jam_asset_d3[], jam_asset_d3_end[];
extern const char jam_asset_scripts[], jam_asset_scripts_end[]; /* html/ *.js, in order of need */

#endif
