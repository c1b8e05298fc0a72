terraform import mlassets_worm_bucket.audit rainbow-seeker-audit
