terraform import mlassets_artifact_distribution.ranker production/ranker/2025-01-15-v1
