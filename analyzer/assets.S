/* Files of the source tree as read-only data, found in the folders of -I. */
    .section .rodata

    .global jam_asset_schema
jam_asset_schema:
    .incbin "sql/schema.sql"
    .byte 0

    .section .note.GNU-stack, "", @progbits
