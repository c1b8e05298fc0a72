terraform import mlassets_deployment_pause.release pool/ml-assets-paused-prod
