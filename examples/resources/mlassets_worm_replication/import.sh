terraform import mlassets_worm_replication.cold ml-assets-core-evidence/ml-assets-core-audit/worm/
