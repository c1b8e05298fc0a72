environment = "dev"
domain_name = "shop.example.com"
