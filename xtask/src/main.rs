use xtask::{adapt,document::{load,facts},overlay::Overlay,preflight,repair,rewrite,generate};
use std::time::Instant;
fn main(){
    let t=Instant::now();
    let d=load::file(std::path::Path::new("../shared/upstream/jsm-ops.v3.json")).unwrap();
    let mut d=facts::facts(&d).unwrap_or_else(|e|panic!("{e}"));
    eprintln!("load {:?}",t.elapsed());
    repair::apply(repair::vendor::ADDRESS_REPAIRS,&mut d).unwrap_or_else(|e|panic!("{e}"));
    rewrite::rewrite(&mut d).unwrap_or_else(|e|panic!("{e}"));
    repair::apply(repair::vendor::REPAIRS,&mut d).unwrap_or_else(|e|panic!("{e}"));
    repair::apply(repair::generator::REPAIRS,&mut d).unwrap_or_else(|e|panic!("{e}"));
    eprintln!("repair {:?}",t.elapsed());
    let o=Overlay::file(std::path::Path::new("spec/overlay.yaml")).unwrap_or_else(|e|panic!("{e}"));
    eprintln!("overlay {:?}",t.elapsed());
    let a=adapt::adapt(d,&o);
    eprintln!("adapt {:?} {} enums {} unions {} optional",t.elapsed(),a.enums.len(),a.unions.len(),a.bodies.optional.len());
    preflight::preflight(&a).unwrap_or_else(|e|panic!("{e}"));
    eprintln!("preflight {:?}",t.elapsed());
    let f=generate::generate(&a).unwrap_or_else(|e|panic!("{e}"));
    eprintln!("generate {:?}",t.elapsed());
    let s=prettyplease::unparse(&f);
    eprintln!("pretty {:?}",t.elapsed());
    println!("{s}");
}
