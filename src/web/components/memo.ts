import { Component, type ComponentType, type FunctionComponent, h } from "preact";

/** The same component, drawn again only when one of its properties is another. */
export function memo<Props extends object>(Inner: FunctionComponent<Props>): ComponentType<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const keys = new Set([...Object.keys(next), ...Object.keys(this.props)]);
      return [...keys].some((key) => Reflect.get(next, key) !== Reflect.get(this.props, key));
    }
    override render() {
      return h(Inner, this.props);
    }
  };
}
