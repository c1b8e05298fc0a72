terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.38"
    }
  }
}

provider "azurerm" {
  features {}
}

resource "azurerm_resource_group" "this" {
  name     = "shop"
  location = "westeurope"
}

resource "azurerm_kubernetes_cluster" "this" {
  name                = "shop"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  dns_prefix          = "shop"

  default_node_pool {
    name       = "default"
    node_count = 1
    vm_size    = "Standard_D2s_v5"
  }

  identity {
    type = "SystemAssigned"
  }
}

locals {
  kubernetes = {
    host                   = azurerm_kubernetes_cluster.this.kube_config[0].host
    cluster_ca_certificate = base64decode(azurerm_kubernetes_cluster.this.kube_config[0].cluster_ca_certificate)
    client_certificate     = base64decode(azurerm_kubernetes_cluster.this.kube_config[0].client_certificate)
    client_key             = base64decode(azurerm_kubernetes_cluster.this.kube_config[0].client_key)
  }
}

provider "helm" {
  kubernetes = local.kubernetes
}

provider "kubernetes" {
  host                   = local.kubernetes.host
  cluster_ca_certificate = local.kubernetes.cluster_ca_certificate
  client_certificate     = local.kubernetes.client_certificate
  client_key             = local.kubernetes.client_key
}

resource "kubernetes_namespace_v1" "this" {
  metadata {
    name = "shop"
  }
}

resource "kubernetes_secret_v1" "this" {
  metadata {
    name      = "shop"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  data_wo          = { token = "write-only-token" }
  data_wo_revision = 1
}

resource "kubernetes_manifest" "config" {
  manifest = {
    apiVersion = "v1"
    kind       = "ConfigMap"
    metadata   = { name = "shop", namespace = "shop" }
    data       = { replicas = "2" }
  }
}

resource "kubernetes_service_v1" "this" {
  metadata {
    name      = "shop"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    type = "LoadBalancer"

    port {
      port = 80
    }
  }
}

resource "helm_release" "prometheus" {
  name       = "prometheus"
  repository = "https://prometheus-community.github.io/helm-charts"
  chart      = "prometheus"
  namespace  = kubernetes_namespace_v1.this.metadata[0].name

  set = [
    { name = "server.replicaCount", value = "2" },
    { name = "server.image", value = "prometheus", type = "string" },
  ]

  set_wo          = [{ name = "server.password", value = "write-only-password" }]
  set_wo_revision = 1
}

output "address" {
  value = kubernetes_service_v1.this.status[0].load_balancer[0].ingress[0].ip
}

output "release" {
  value = { status = helm_release.prometheus.status, timeout = helm_release.prometheus.timeout }
}

output "kind" {
  value = kubernetes_manifest.config.object.kind
}
