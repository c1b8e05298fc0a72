terraform import mlassets_worm_record.distributed ml-assets-core-audit/model_distribution/2025/202501/2025-01-15-v1.json
