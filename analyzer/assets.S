/* Files of the source tree as read-only data, found in the folders of -I. */
    .section .rodata

    .global jam_asset_schema
jam_asset_schema:
    .incbin "sql/schema.sql"
    .byte 0

    .global jam_asset_page
jam_asset_page:
    .incbin "html/page.html"
    .byte 0

    .global jam_asset_style, jam_asset_style_end
jam_asset_style:
    .incbin "html/style.css"
jam_asset_style_end:

    .global jam_asset_d3, jam_asset_d3_end
jam_asset_d3:
    .incbin "third_party/d3/d3.min.js"
jam_asset_d3_end:

    .global jam_asset_scripts, jam_asset_scripts_end
jam_asset_scripts:
    .incbin "html/format.js"
    .incbin "html/data.js"
    .incbin "html/dom.js"
    .incbin "html/table.js"
    .incbin "html/histogram.js"
    .incbin "html/view_overview.js"
    .incbin "html/view_locks.js"
    .incbin "html/view_sites.js"
    .incbin "html/view_flame.js"
    .incbin "html/timeline_model.js"
    .incbin "html/view_timeline.js"
    .incbin "html/view_threads.js"
    .incbin "html/view_findings.js"
    .incbin "html/graph_layout.js"
    .incbin "html/view_graph.js"
    .incbin "html/main.js"
jam_asset_scripts_end:

    .section .note.GNU-stack, "", @progbits
