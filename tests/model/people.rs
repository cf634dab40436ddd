//! Everybody who changes a cluster without Sindri.

use std::time::{Duration, Instant};

use http::{Method, Request};
use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};

use super::chance::Chance;
use super::edits::{self, Edit};
use super::promises::Verdict;
use super::server::{Answer, path};
use super::world::World;

const JSON: &str = "application/json";

impl World {
    pub(crate) async fn edit(&mut self, chance: &mut Chance) -> Verdict {
        let kinds = [
            Kind::Deployment,
            Kind::Deployment,
            Kind::Deployment,
            Kind::Service,
            Kind::PersistentVolumeClaim,
            Kind::NetworkPolicy,
            Kind::RoleBinding,
            Kind::Role,
            Kind::ResourceQuota,
            Kind::Namespace,
        ];
        let kind = *chance.of(&kinds);
        let (edit, manager) = (edits::edit(chance, kind), *chance.of(&["kubectl-edit", "kubectl-label"]));
        let id = self.named(kind);
        let code = self.change(&id, manager, &edit).await?;
        if code < 300 {
            self.touched.insert(id.clone());
        }
        self.history.push(format!("{manager} {id} {} = {}: {code}", edit.pointer, edit.value));
        Ok(())
    }

    async fn change(&self, id: &ObjectId, manager: &str, edit: &Edit) -> Verdict<u16> {
        for _ in 0..20 {
            let mut seen = self.ask(Method::GET, &path(id), &Value::Null).await?;
            if seen.code != 200 {
                return Ok(seen.code);
            }
            edit.make(&mut seen.body);
            let answer = self.ask(Method::PUT, &format!("{}?fieldManager={manager}", path(id)), &seen.body).await?;
            // A controller may be faster: whoever edits reads again.
            if !answer.body["message"].as_str().is_some_and(|text| text.contains("has been modified")) {
                return Ok(answer.code);
            }
        }
        Err("a controller is always faster".to_owned())
    }

    pub(crate) async fn delete(&mut self, chance: &mut Chance) -> Verdict {
        let kinds = [Kind::Deployment, Kind::Service, Kind::NetworkPolicy, Kind::Role, Kind::PersistentVolumeClaim];
        let id = self.named(*chance.of(&kinds));
        let answer = self.ask(Method::DELETE, &path(&id), &json!({"propagationPolicy": "Background"})).await?;
        self.history.push(format!("kubectl delete {id}: {}", answer.code));
        if self.server.is_none() {
            return self.gone(&id).await;
        }
        if chance.one_in(3)
            && let Some(server) = &self.server
        {
            self.history.push("what is deleted goes".to_owned());
            server.let_go();
        }
        Ok(())
    }

    /// On a real cluster, whatever holds a deleted object lets go at its own time.
    async fn gone(&self, id: &ObjectId) -> Verdict {
        let limit = Instant::now() + Duration::from_mins(1);
        while self.ask(Method::GET, &path(id), &Value::Null).await?.code != 404 {
            if Instant::now() > limit {
                return Err(format!("{id} is still there 60 s after it was deleted"));
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Somebody needs the same name for something else.
    pub(crate) async fn foreign(&mut self, chance: &mut Chance) -> Verdict {
        let kind = *chance.of(&[Kind::Service, Kind::NetworkPolicy, Kind::Role]);
        let id = self.named(kind);
        self.touched.insert(id.clone());
        let mut body = json!({
            "apiVersion": kind.api_version(), "kind": kind.as_written(),
            "metadata": {"name": id.name, "namespace": self.namespace, "labels": {"instance": "other"}},
        });
        match kind {
            Kind::Service => body["spec"] = json!({"ports": [{"port": 80}]}),
            Kind::NetworkPolicy => body["spec"] = json!({"podSelector": {}, "policyTypes": ["Ingress"]}),
            _ => body["rules"] = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]),
        }
        let path = path(&id);
        let collection = path.rsplit_once('/').map_or("", |(collection, _)| collection);
        let answer = self.ask(Method::POST, &format!("{collection}?fieldManager=kubectl-create"), &body).await?;
        self.history.push(format!("somebody else makes {id}: {}", answer.code));
        Ok(())
    }

    /// `stop` and `start`.
    pub(crate) async fn scale(&mut self, replicas: u64) -> Verdict {
        let id = self.named(Kind::Deployment);
        let body = json!({"spec": {"replicas": replicas}});
        let path = format!("{}/scale?fieldManager=sindri", path(&id));
        let answer = self.send(Method::PATCH, &path, "application/merge-patch+json", &body).await?;
        if answer.code < 300 {
            self.touched.insert(id);
        }
        self.history.push(format!("scale to {replicas}: {}", answer.code));
        Ok(())
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: &Value) -> Verdict<Answer> {
        self.send(method, path, JSON, body).await
    }

    async fn send(&self, method: Method, path: &str, content: &str, body: &Value) -> Verdict<Answer> {
        send(&self.people, method, path, content, body).await.map_err(|error| format!("{path}: {error}"))
    }
}

/// A request as people's tools send it.
pub(crate) async fn send(
    client: &Client,
    method: Method,
    path: &str,
    content: &str,
    body: &Value,
) -> Result<Answer, Box<dyn std::error::Error>> {
    let sent = if body.is_null() { Vec::new() } else { serde_json::to_vec(body)? };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("accept", JSON)
        .header("content-type", content)
        .body(Body::from(sent))?;
    let response = client.send(request).await?;
    let code = response.status().as_u16();
    let bytes = response.into_body().collect().await?.to_bytes();
    Ok(Answer { code, body: serde_json::from_slice(&bytes).unwrap_or_default() })
}
