"""Settings, composition root, logs and files on which every flow relies."""
